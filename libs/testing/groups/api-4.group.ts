import { together } from '../src/together';

together(['apps/api'], 4, 4);
