/** A key that does something, shown beside it. */
export function Key({ children }: { children: string }) {
  return <kbd className="key">{children}</kbd>;
}
