/** By which styles may be set: of this very answer of the server. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';

/**
 * A part of the component library measures scroll bars with a style of its own that carries no nonce, and is refused.
 * What our own scripts make may stand; what came in with a text of markup makes no call, and is refused as before.
 */
export function signStyles(): void {
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (name === 'style') element.nonce = nonce;
    return element;
  };
}
