import { together } from '../src/together';

together(['apps/cli', 'apps/worker', 'apps/console']);
