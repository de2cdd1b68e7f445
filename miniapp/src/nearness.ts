// How far it is from here. Where somebody stands stays on the phone: it is compared here and sent nowhere.
export interface Point {
  lat: number;
  lng: number;
}

const EARTH = 6_371_000; // metres, mean radius
const turned = (degrees: number) => (degrees * Math.PI) / 180;

// Along the surface, by the haversine formula.
export function metersBetween(one: Point, other: Point): number {
  const half = (from: number, to: number) => Math.sin(turned(to - from) / 2) ** 2;
  const bow = half(one.lat, other.lat) + Math.cos(turned(one.lat)) * Math.cos(turned(other.lat)) * half(one.lng, other.lng);
  return 2 * EARTH * Math.asin(Math.sqrt(Math.min(bow, 1)));
}
