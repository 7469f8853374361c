export { colourOf, isKept, isSwitch, isSwitched } from './switch';
export { stepInColours, twoColoursIn } from './two-colours';
