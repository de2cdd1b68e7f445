// How the states of acting for an organisation look.
const LOOKS: Record<string, string> = { active: "good", claimed: "warn", asked: "brand" };
export const agentLook = (state: string) => LOOKS[state] ?? "";
