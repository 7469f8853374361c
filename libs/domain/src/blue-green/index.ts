export * from './colours';
export { validateBlueGreen } from './pair';
export { withColours, type Coloured } from './with-colours';
