// How IRIs are shown and where they lead.

/** What the page knows of names: prefixes, and which IRIs have a page in this site. */
export class Names {
  /**
   * @param {Record<string, string>} prefixes namespaces by prefix
   * @param {string} root the way from this page to the top of the site
   */
  constructor(prefixes, root) {
    this.root = root;
    this.spaces = Object.entries(prefixes).sort(([, one], [, other]) => other.length - one.length);
    this.pages = new Map();
  }

  /** Learns the terms: [CURIE, label, kind, page]. */
  learn(terms) {
    for (const [curie, , , page] of terms) if (page) this.pages.set(curie, page);
  }

  /** Returns an IRI with a prefix where one fits. */
  short(iri) {
    const found = this.spaces.find(([, space]) => iri.startsWith(space) && iri.length > space.length);
    return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
  }

  /** Returns where an IRI leads: a page of this site, the address itself, or null where it is no web address. */
  target(iri) {
    const [whole, part] = iri.split("#", 2);
    const page = this.pages.get(this.short(iri)) ?? (part && this.pages.get(this.short(whole)));
    if (page) return this.root + page;
    return /^https?:\/\//.test(iri) ? iri : null;
  }
}
