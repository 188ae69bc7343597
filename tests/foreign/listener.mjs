// A browser's libraries as a client of a Reverb: says on its output what it hears, one JSON a line.
// Usage: node listener.mjs pusher-js|laravel-echo PORT KEY SECRET ws|wss

import { createHmac } from 'node:crypto';
import process from 'node:process';
import Echo from 'laravel-echo';
import PusherModule from 'pusher-js';

const Pusher = PusherModule.Pusher ?? PusherModule.default ?? PusherModule;
const [library, port, key, secret, scheme] = process.argv.slice(2);

const tell = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));

const options = {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  wssPort: Number(port),
  forceTLS: scheme === 'wss',
  enableStats: false,
  enabledTransports: ['ws', 'wss'],
  channelAuthorization: {
    customHandler: ({ socketId, channelName }, answer) => {
      const proof = createHmac('sha256', secret).update(`${socketId}:${channelName}`).digest('hex');
      answer(null, { auth: `${key}:${proof}` });
    },
  },
};

function withPusher() {
  const pusher = new Pusher(key, options);
  const open = pusher.subscribe('rvm.1');
  const locked = pusher.subscribe('private-rvm.1');
  return {
    pusher,
    hear(name, then) {
      open.bind(name, (data) => then('rvm.1', data));
      locked.bind(name, (data) => then('private-rvm.1', data));
    },
    hearWhisper: (name, then) => locked.bind(`client-${name}`, then),
    whisper: (name, data) => locked.trigger(`client-${name}`, data),
    subscribed: (then) => {
      open.bind('pusher:subscription_succeeded', () => then('rvm.1'));
      locked.bind('pusher:subscription_succeeded', () => then('private-rvm.1'));
      locked.bind('pusher:subscription_error', (error) => tell('refused', { error }));
    },
    leave: () => pusher.disconnect(),
  };
}

function withEcho() {
  const echo = new Echo({ broadcaster: 'reverb', key, Pusher, ...options });
  const open = echo.channel('rvm.1');
  const locked = echo.private('rvm.1');
  return {
    pusher: echo.connector.pusher,
    hear(name, then) {
      open.listen(`.${name}`, (data) => then('rvm.1', data));
      locked.listen(`.${name}`, (data) => then('private-rvm.1', data));
    },
    hearWhisper: (name, then) => locked.listenForWhisper(name, then),
    whisper: (name, data) => locked.whisper(name, data),
    subscribed: (then) => {
      open.subscribed(() => then('rvm.1'));
      locked.subscribed(() => then('private-rvm.1'));
      locked.error((error) => tell('refused', { error }));
    },
    leave: () => echo.disconnect(),
  };
}

const client = library === 'laravel-echo' ? withEcho() : withPusher();
client.pusher.connection.bind('state_change', ({ current }) => tell('state', { current }));
client.pusher.connection.bind('error', (error) => tell('error', { code: (error.data ?? error.error?.data)?.code ?? null }));
client.subscribed((channel) => tell('subscribed', { channel }));
client.hear('hardware.command', (channel, data) => tell('event', { channel, data }));
client.hearWhisper('question', (data) => {
  tell('whisper', { data });
  client.whisper('answer', { heard: data });
});
process.stdin.on('end', () => client.leave());
process.stdin.resume();
