import { together } from '../src/together';

together(['libs/supervision']);
