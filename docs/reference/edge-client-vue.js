/**
 * The machine in a Vue 3 component, on top of `edge-client.js`.
 *
 * @example
 * const { snapshot, status, may, request } = useEdge({ token });
 *
 * @module edge-client-vue
 */

import { getCurrentScope, onScopeDispose, shallowRef } from "vue";

import { EdgeClient } from "./edge-client.js";

/**
 * Keep a connection to the machine as long as the component lives.
 *
 * @param {import("./edge-client.js").Options} [options]
 */
export function useEdge(options = {}) {
  const client = new EdgeClient(options);
  /** @type {import("vue").ShallowRef<import("./edge-client.js").Snapshot|null>} */
  const snapshot = shallowRef(null);
  /** @type {import("vue").ShallowRef<import("./edge-client.js").Status>} */
  const status = shallowRef(client.status);
  client.on("change", (/** @type {any} */ now) => (snapshot.value = now));
  client.on("status", (/** @type {any} */ now) => (status.value = now));
  if (getCurrentScope()) onScopeDispose(() => client.close());
  client.connect();
  return {
    /** The client itself. */
    client,
    /** What is known of the machine, replaced whole whenever anything in it changes. */
    snapshot,
    /** The connection's status. */
    status,
    /**
     * Whether the machine takes this request now; reactive.
     *
     * @param {string} verb
     */
    may: (verb) => status.value === "open" && (snapshot.value?.state.may.includes(verb) ?? false),
    /** See `EdgeClient.request`. */
    request: client.request.bind(client),
  };
}
