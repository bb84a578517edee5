import { together } from '../src/together';

together(['libs/platform', 'libs/queue', 'libs/evidence', 'libs/testing']);
