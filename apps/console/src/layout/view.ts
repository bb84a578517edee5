import { useSyncExternalStore } from 'react';

/** How a person wants to see the console, kept in their browser. The two together are the mode for older people (适老化). */
export interface View {
  isLarge: boolean;
  isContrast: boolean;
}

const KEPT = 'duban.view';
const listeners = new Set<() => void>();
let view: View = read();

function read(): View {
  try {
    return { isLarge: false, isContrast: false, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<View>) };
  } catch {
    return { isLarge: false, isContrast: false };
  }
}

export function changeView(change: Partial<View>): void {
  view = { ...view, ...change };
  localStorage.setItem(KEPT, JSON.stringify(view));
  for (const tell of listeners) tell();
}

export const useView = (): View =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => view,
  );
