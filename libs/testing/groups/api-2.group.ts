import { together } from '../src/together';

together(['apps/api'], 2, 4);
