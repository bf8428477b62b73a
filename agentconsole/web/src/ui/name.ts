/** How somebody is spoken of in passing: "Ananya". "Visitor 4F2A", as the server calls someone unknown, has no first name to take. */
export function firstName(name: string): string {
  return /^Visitor [0-9A-F]{4}$/.test(name) ? name : (name.split(' ')[0] ?? name)
}
