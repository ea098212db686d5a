/** What the page 修改密码 says. */
const password = {
  password: {
    heading: '修改密码',
    must: '您的密码是系统生成的，或已超过有效期。请先修改密码，再继续使用。数据都没有改动。',
    current: '当前密码',
    new: '新密码',
    repeat: '再输入一次新密码',
    rules: '至少 8 个字符，不能与账号名相同，也不能是常见的密码。可以用几个互不相干的词连起来，好记又难猜。有的辖区还要求大写字母、小写字母、数字、符号至少有三种，且不能是最近 5 次用过的密码。',
    effect: '修改后，您在其他浏览器上的登录会退出；手机不受影响。',
    submit: '修改密码',
    busy: '正在修改…',
    back: '返回，不修改',
    currentMissing: '请输入当前密码',
    newMissing: '请输入新密码',
    repeatDiffers: '两次输入的新密码不一致，请重新输入',
    currentWrong: '当前密码不正确，密码没有改动',
    unsure: '服务器没有回答，不能确定密码是否已经改好。请再试一次；如果提示当前密码不正确，说明已经改好，请退出后用新密码登录。',
  },
  passwordFault: {
    too_short: '太短了，至少要 8 个字符。密码没有改动。',
    too_long: '太长了，最多 128 个字符。密码没有改动。',
    is_account: '密码不能与账号名相同。密码没有改动。',
    common: '这个密码太常见，容易被猜到，请换一个。密码没有改动。',
    too_few_kinds: '本辖区要求大写字母、小写字母、数字、符号至少有三种。密码没有改动。',
    used_before: '这个密码正在使用或最近用过，请换一个。密码没有改动。',
  },
} as const

export default password
