export default {
  restored: '已恢复上次未提交的内容，保存于',
  discard: '放弃这些内容',
  notKept: '浏览器无法暂存内容，关闭页面前请先提交。',
  also_other: '{{names}} 也正在填写此表',
  alsoHelp: '请先商量由谁提交，以免重复或互相覆盖。',
  comma: '、',
  stale: '在您填写期间，该事项已有变化',
  see: '查看最新内容',
  staleHelp: '您填写的内容仍在。请看过以上变化后，再决定是否提交。',
  keepMine: '已看过，保留我填写的内容',
  sendAnyway: '已知悉，按最新情况提交',
};
