SELECT epoch, signing_key, letter_key
FROM server
WHERE only_row = 1
