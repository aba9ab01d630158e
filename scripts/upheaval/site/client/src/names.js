// The short form and the link of IRIs.

/** Prefixes, and the IRIs that have a page in this site. */
export class Names {
  /**
   * @param {Record<string, string>} prefixes namespaces by prefix
   * @param {string} root the relative path from this page to the root of the site
   */
  constructor(prefixes, root) {
    this.root = root;
    this.spaces = Object.entries(prefixes).sort(([, one], [, other]) => other.length - one.length);
    this.pages = new Map();
  }

  /** Adds the terms: [CURIE, label, kind, page]. */
  learn(terms) {
    for (const [curie, , , page] of terms) if (page) this.pages.set(curie, page);
  }

  /** Shortens an IRI by a prefix, if one applies. */
  short(iri) {
    const found = this.spaces.find(([, space]) => iri.startsWith(space) && iri.length > space.length);
    return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
  }

  /** Returns the link for an IRI: a page of this site, the address itself, or null if it is not a web address. */
  target(iri) {
    const [whole, part] = iri.split("#", 2);
    const page = this.pages.get(this.short(iri)) ?? (part && this.pages.get(this.short(whole)));
    if (page) return this.root + page;
    return /^https?:\/\//.test(iri) ? iri : null;
  }
}
