import general from './problems/general';
import people from './problems/people';
import system from './problems/system';
import work from './problems/work';

/** Refusals in plain words: by the code, with `_` for its point. */
export default { ...work, ...people, ...system, general };
