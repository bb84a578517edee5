import { App } from 'antd';
import type { Problem } from '../api/client';
import { faultsOf, problemText } from './problem-text';

/** Tells of a refusal beside the page, for what has no place of its own on it. */
export function useTellProblem(): (problem: unknown) => void {
  const { notification } = App.useApp();
  return (problem) => {
    const given = problem as Problem;
    const faults = 'code' in given ? faultsOf(given) : [];
    notification.error({
      title: problemText(given),
      description: faults.map(({ place, message }) => (place ? `${place}: ${message}` : message)).join('\n'),
      duration: 8,
    });
  };
}
