import { together } from '../src/together';

together(['libs/kernel', 'libs/state-machine', 'libs/domain']);
