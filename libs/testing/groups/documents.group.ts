import { together } from '../src/together';

together(['libs/breakdown', 'libs/documents']);
