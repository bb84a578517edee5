import { useEffect, useState } from 'react';

const RESTS_AFTER_MS = 300;

/** What was typed, trimmed, once the typing rests: what is asked of the server with it is asked once. */
export function useRested(typed: string): string {
  const [rested, setRested] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setRested(typed.trim()), RESTS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return rested;
}
