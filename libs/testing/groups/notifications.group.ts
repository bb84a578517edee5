import { together } from '../src/together';

together(['libs/notifications']);
