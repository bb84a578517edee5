import { together } from '../src/together';

together(['apps/api'], 1, 4);
