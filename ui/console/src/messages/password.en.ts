/** What the page "Change password" says. */
const password = {
  password: {
    heading: 'Change password',
    must: 'Your password was made by the system, or is older than your district allows. Change it to go on; nothing else has changed.',
    current: 'Current password',
    new: 'New password',
    repeat: 'New password again',
    rules: 'At least 8 characters, not your account name, and none of the common passwords. A few unrelated words in a row are easy to remember and hard to guess. Some districts also ask for three of small letters, capitals, digits and others, and for none of your last 5 passwords.',
    effect: 'You will be signed out in other browsers; phones stay signed in.',
    submit: 'Change password',
    busy: 'Changing…',
    back: 'Back without changing',
    currentMissing: 'Enter your current password',
    newMissing: 'Enter a new password',
    repeatDiffers: 'The two new passwords differ; enter them again',
    currentWrong: 'That is not your current password; it is as it was',
    unsure: 'The server did not answer, so it is not certain whether the password was changed. Try again; if your current password is then said to be wrong, it was changed: sign out, and sign in with the new one.',
  },
  passwordFault: {
    too_short: 'Too short: at least 8 characters. Your password is as it was.',
    too_long: 'Too long: at most 128 characters. Your password is as it was.',
    is_account: 'The name of your account is no password. Your password is as it was.',
    common: 'Too common, and easily guessed: choose another. Your password is as it was.',
    too_few_kinds: 'Your district asks for three of: small letters, capitals, digits, others. Your password is as it was.',
    used_before: 'It is in use or was used lately: choose another. Your password is as it was.',
  },
} as const

export default password
