import { together } from '../src/together';

together(['apps/api'], 3, 4);
