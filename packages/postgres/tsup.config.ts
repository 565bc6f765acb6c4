import { packageConfig } from '../../tools/tsup.js';

export default packageConfig;
