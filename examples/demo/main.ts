import { demo } from './demo.js';
import { systems } from './systems.js';

process.exitCode = (await demo(systems)) ? 0 : 1;
