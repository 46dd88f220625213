// The heart of beat.js.
setInterval(() => postMessage(0), 1000);
