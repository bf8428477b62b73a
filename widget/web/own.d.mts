export const own: string[];
