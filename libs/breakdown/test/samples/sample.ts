/** What it shows, the text, and its tasks as `lines` takes them. */
export type Sample = readonly [name: string, text: string, expected: string];
