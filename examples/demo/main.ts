import { demo } from './demo.js';
import { hosts } from './hosts/hosts.js';
import { systems } from './systems.js';

process.exitCode = (await demo(systems, hosts)) ? 0 : 1;
