UPDATE job
SET not_before = 0
