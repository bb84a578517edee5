export default {
  restored: 'What you had not sent is back, as kept on',
  discard: 'Discard it',
  notKept: 'The browser cannot keep what you write. Please send it before you close the page.',
  also_one: '{{names}} has this form open, too',
  also_other: '{{names}} have this form open, too',
  alsoHelp: 'Agree on who hands it in, so that nothing is done twice.',
  comma: ', ',
  stale: 'While you were writing, somebody has changed this matter',
  see: 'See how it is now',
  staleHelp: 'What you have written is still here. Look at the changes above, then decide whether to send it.',
  keepMine: 'I have seen it, keep what I have typed',
  sendAnyway: 'I have seen it, send on',
};
