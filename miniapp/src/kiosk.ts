// A hall's touch screen: many people use it, and none leaves anything behind.
import { ref } from "vue";
import { forget, forgetAllBut, keep, kept } from "@/store";

const on = ref(kept<string>("kiosk") ?? "");
export const kiosk = () => on.value !== "";
export const kioskHall = () => on.value;

// Pages that need nobody to sign in. Every other goes on on one's own phone.
const FOR_EVERYBODY = ["kiosk", "search", "guide", "theme", "scenario", "providers", "provider", "ask", "progress", "averages", "answers", "answer", "policy", "nowhere"];
export const forEverybody = (page: string) => FOR_EVERYBODY.includes(page);

export function beKiosk(hall: string) {
  forgetPerson();
  if (hall) keep("kiosk", hall);
  else forget("kiosk");
  on.value = hall;
}

// Who stood here: the session, what was typed, asked and seen. What the machine is stays.
export const forgetPerson = () => forgetAllBut("kiosk", "city");
