import { demo } from './demo.js';
import { hosts } from './hosts/hosts.js';
import { sendDemo } from './sending/send-demo.js';
import { systems } from './systems.js';

/** The systems of the five documents, and Standard Webhooks. */
const senders = systems.slice(0, 6);

try {
  const isReceived = await demo(systems, hosts);
  const isSent = await sendDemo(senders, hosts);
  process.exitCode = isReceived && isSent ? 0 : 1;
} finally {
  await Promise.all(hosts.map((host) => host.close?.()));
}
