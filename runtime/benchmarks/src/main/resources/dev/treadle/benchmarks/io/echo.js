// TCP echo; says port=N when it serves, and ends with its standard input.
const net = require('node:net');
const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  console.log(`port=${server.address().port}`);
});
process.stdin.on('end', () => process.exit(0)).resume();
