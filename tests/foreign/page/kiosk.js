import { computed, createApp, ref } from "vue";
import Echo from "laravel-echo";

import { takeToken } from "./edge-client.js";
import { useEdge } from "./edge-client-vue.js";

/** The server's WebSocket: whether it is connected, and whom the server has let in. */
function useCloud({ key, host, port, channel }) {
  const connected = ref(false);
  const user = ref("");
  const echo = new Echo({
    broadcaster: "reverb",
    key,
    wsHost: host,
    wsPort: port,
    forceTLS: false, // true in production, with wssPort
    enabledTransports: ["ws", "wss"],
  });
  const { pusher } = echo.connector;
  pusher.connection.bind("state_change", ({ current }) => {
    connected.value = current === "connected";
  });
  setInterval(() => {
    if (connected.value) return; // by itself pusher-js waits up to a minute for its next try
    pusher.disconnect();
    pusher.connect();
  }, 3000);
  echo.channel(channel).listen(".session.authorized", (event) => {
    user.value = event.user.name;
  });
  return { connected, user };
}

const Kiosk = {
  setup() {
    const edge = useEdge({ url: window.KIOSK.bridge, token: takeToken(), client: "my page" });
    const cloud = useCloud(window.KIOSK.cloud);
    // Guests need the machine alone. Users need the server, and both ways to it: its socket here,
    // and the machine's own link, which delivers what they bring.
    const mode = computed(() => {
      if (edge.status.value !== "open") return "away";
      const online = edge.snapshot.value.link.mode === "online" && cloud.connected.value;
      return online ? "user" : "guest";
    });
    const donate = () => edge.request("start_session").catch((error) => alert(error.message));
    const finish = () => edge.request("end_session").catch((error) => alert(error.message));
    const session = computed(() => edge.snapshot.value?.session);
    const item = computed(() => edge.snapshot.value?.item);
    return { ...edge, ...cloud, mode, session, item, donate, finish };
  },
  template: `
    <main :data-mode="mode" :data-status="status">
      <p v-if="mode === 'away'">The machine is getting ready.</p>
      <p v-else-if="mode === 'guest'">Guests only: donate without an account.</p>
      <p v-else>{{ user ? \`Hello, \${user}!\` : "Scan the code with your app, or just donate." }}</p>
      <p v-if="item?.words">{{ item.words.en.happened }}</p>
      <button v-if="may('start_session')" id="donate" @click="donate">Donate</button>
      <button v-if="may('end_session')" id="finish" @click="finish">
        Finish with {{ session.accepted }}
      </button>
    </main>`,
};

createApp(Kiosk).mount("#app");
