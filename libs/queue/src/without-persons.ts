const LONGEST = 500;

/**
 * An error's words without what may be of people or open a door: errors of mail servers name addresses, errors of gateways
 * telephone numbers and URLs with keys in them. Its first line only.
 */
export function withoutPersons(error: string): string {
  const [line = ''] = error.trim().split('\n');
  return (
    line
      // What stands before the @, of a mail address and of an URL alike.
      .replace(/[^\s<>"'“”/:,;，；]*(?::[^\s@/]*)?@(?=[\w.-])/g, '…@')
      .replace(/(\bhttps?:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/g, '$1?…')
      // A telephone number, not a part of an id.
      .replace(/(?<![\w-])\+?\d(?:[ -]?\d){9,14}(?![\w-])/g, '…')
      .slice(0, LONGEST)
  );
}
