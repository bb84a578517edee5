import { together } from '../src/together';

together(['libs/database', 'libs/history']);
