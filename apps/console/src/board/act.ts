/** What can be done with many tasks at once. */
export type Act = 'verify' | 'suspend' | 'resume' | 'instruct';
