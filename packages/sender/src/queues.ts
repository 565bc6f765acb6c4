// For those who write a delivery queue: what every queue over somebody's engine would otherwise write again.
export { type Clock, clockOf } from './time/clock.js';
export { Signal } from './time/signal.js';
export { Slots } from './time/slots.js';
export { orAborted } from './time/until-done.js';
