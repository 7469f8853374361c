export { inPlaceDriver, withInPlace, type InPlaceDriver } from './in-place-driver';
export { IN_PLACE_ANNOTATION, isUnderWay } from './marks';
export { isNotInPlace, type NotInPlace } from './not-in-place';
export { sameImages } from './template';
