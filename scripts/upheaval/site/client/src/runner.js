// Runs one query at a time in a worker. A running query cannot be interrupted, so stopping it terminates the worker.

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
   * Runs a query; the first one starts the engine and downloads the dataset.
   *
   * @param {string} text SPARQL
   * @param {(state: {kind: string}) => void} report called at each step: starting, progress, loading, running
   * @returns {Promise<object>} rows as SPARQL 1.1 results JSON in a string, or triples
   */
  async run(text, report) {
    if (this.pending) throw new Error("a query is already running");
    if (!this.worker) {
      report({ kind: "starting" });
      await this.#exchange({ kind: "open", url: this.dataset }, "ready", report);
    }
    report({ kind: "running" });
    return this.#exchange({ kind: "ask", text }, "answer", report);
  }

  /** Stops the running query; the next one starts a new worker. */
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
    // This also happens if the engine crashes, for example because it runs out of memory.
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
      // Retry with a new worker if the dataset could not be opened or the engine crashed.
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
