// What can go wrong, by a name that `problem-NAME` among the words explains.

export class Problem extends Error {
  // `path` is the file of the site that it is about.
  constructor(name, path = "") {
    super(path ? `${name}: ${path}` : name);
    this.name = name;
    this.path = path;
  }
}

// Any error as a Problem: what nobody foresaw is told as such, never passed over.
export function problemOf(error) {
  if (error instanceof Problem) return error;
  console.warn(error);
  return new Problem("unknown");
}
