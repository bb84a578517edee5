import type { Policy, VerificationMethod } from './policy';

/** One thing that was looked at. */
export interface CheckedItem {
  item: string;
  passed: boolean;
  remark?: string;
}

/** Of how many, how many were looked at, and in how many of those something was found. */
export interface Sample {
  size: number;
  checked: number;
  found: number;
}

/** How a completion was verified (核查), and what came of it. */
export interface VerificationGiven {
  method: VerificationMethod;
  checklist: readonly CheckedItem[];
  sample?: Sample;
  conclusion: string;
  place?: string;
  on?: string;
}

/** Why a verification is not taken; `field` is within it. */
export interface VerificationFault {
  code: string;
  message: string;
  field: string;
  items?: readonly string[];
}

/**
 * What is wrong with how a completion was judged; null where nothing is. What a policy asks for counts for what the
 * office judges. Who returns a part stops at the first fault, so a return need not go through the whole list; a part with
 * a fault is not verified.
 */
export function verificationFault(
  { required, checklist, methods }: Policy['verification'],
  judged: { event: 'verify' | 'return'; byOffice: boolean; today: string },
  given: VerificationGiven | null,
): VerificationFault | null {
  if (given === null) {
    if (!required || !judged.byOffice) return null;
    return {
      code: 'VERIFICATION.REQUIRED',
      message: 'Say in "verification" how it was verified: method, checklist, conclusion.',
      field: 'verification',
    };
  }
  if (judged.byOffice && !methods.includes(given.method)) {
    return {
      code: 'VERIFICATION.METHOD_NOT_ALLOWED',
      message: `The policy verifies by: ${methods.join(', ')}.`,
      field: 'verification.method',
    };
  }
  const names = given.checklist.map(({ item }) => item);
  const twice = names.find((item, i) => names.indexOf(item) !== i);
  if (twice !== undefined) {
    return {
      code: 'VERIFICATION.ITEM_TWICE',
      message: `"${twice}" is in the checklist twice.`,
      field: 'verification.checklist',
      items: [twice],
    };
  }
  const failed = given.checklist.filter(({ passed }) => !passed).map(({ item }) => item);
  if (judged.event === 'verify' && failed.length > 0) {
    return {
      code: 'VERIFICATION.ITEM_FAILED',
      message: `Not passed: ${failed.join(', ')}. Return the part, or have it put right first.`,
      field: 'verification.checklist',
      items: failed,
    };
  }
  if (judged.event === 'verify' && judged.byOffice && required) {
    const missing = checklist.filter(({ zh, en }) => !names.includes(zh) && !names.includes(en)).map(({ zh }) => zh);
    if (missing.length > 0) {
      return {
        code: 'VERIFICATION.ITEM_MISSING',
        message: `The checklist of the policy asks for: ${missing.join(', ')}.`,
        field: 'verification.checklist',
        items: missing,
      };
    }
  }
  if (given.on !== undefined && given.on > judged.today) {
    return { code: 'VERIFICATION.ON_FUTURE', message: 'The day in "on" is yet to come.', field: 'verification.on' };
  }
  return sampleFault(given);
}

function sampleFault({ method, sample }: VerificationGiven): VerificationFault | null {
  if (sample === undefined) {
    if (method !== 'sample') return null;
    return {
      code: 'VERIFICATION.SAMPLE_REQUIRED',
      message: 'Give in "sample" its size, how many were checked, and in how many something was found.',
      field: 'verification.sample',
    };
  }
  if (sample.checked > sample.size) {
    return {
      code: 'VERIFICATION.SAMPLE_WRONG',
      message: `Of ${sample.size} no more than ${sample.size} can be checked.`,
      field: 'verification.sample.checked',
    };
  }
  if (sample.found > sample.checked) {
    return {
      code: 'VERIFICATION.SAMPLE_WRONG',
      message: `In ${sample.checked} that were checked no more than ${sample.checked} can be found wanting.`,
      field: 'verification.sample.found',
    };
  }
  return null;
}
