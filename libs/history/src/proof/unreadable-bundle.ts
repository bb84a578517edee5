/** A file that is no bundle, or not a whole one: nothing can be said of the history in it. */
export class UnreadableBundle extends Error {}
