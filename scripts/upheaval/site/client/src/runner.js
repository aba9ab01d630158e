// One query at a time in a worker. A query cannot be interrupted from inside, so stopping ends the worker.

/* global ENGINE_FILE */

export class Stopped extends Error {}

export class Runner {
  /** @param {string} dataset the address of the gzipped N-Quads */
  constructor(dataset) {
    this.dataset = dataset;
    this.worker = null;
    this.pending = null;
  }

  /**
   * Runs a query; starts the engine and fetches the dataset the first time.
   *
   * @param {string} text SPARQL
   * @param {(state: {kind: string}) => void} report is told of each step: starting, progress, loading, running
   * @returns {Promise<object>} rows as SPARQL 1.1 results JSON in a string, or triples
   */
  async run(text, report) {
    if (this.pending) throw new Error("a query is running already");
    if (!this.worker) {
      report({ kind: "starting" });
      await this.#exchange({ kind: "open", url: this.dataset }, "ready", report);
    }
    report({ kind: "running" });
    return this.#exchange({ kind: "ask", text }, "answer", report);
  }

  /** Ends what is running; the next query starts a new worker. */
  stop() {
    this.#end(new Stopped("stopped"));
  }

  #exchange(message, wanted, report) {
    this.worker ??= this.#start();
    return new Promise((resolve, reject) => {
      this.pending = { wanted, report, resolve, reject };
      this.worker.postMessage(message);
    });
  }

  #start() {
    const worker = new Worker(new URL(ENGINE_FILE, import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    // Also where the engine breaks down altogether, such as by running out of memory.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(event.message || "the engine could not be started"));
    };
    return worker;
  }

  #hear(data) {
    if (!this.pending) return;
    if (data.kind === "error") {
      const error = new Error(data.message);
      // A dataset that could not be opened is tried anew; so is an engine that broke down.
      if (data.opening || /unreachable|memory/.test(data.message)) this.#end(error);
      else this.#settle("reject", error);
    } else if (data.kind === this.pending.wanted) this.#settle("resolve", data);
    else this.pending.report(data);
  }

  #settle(how, value) {
    const pending = this.pending;
    this.pending = null;
    pending?.[how](value);
  }

  #end(error) {
    this.worker?.terminate();
    this.worker = null;
    this.#settle("reject", error);
  }
}
