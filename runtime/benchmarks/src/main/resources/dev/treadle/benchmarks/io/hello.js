// HTTP hello; says port=N when it serves, and ends with its standard input.
const http = require('node:http');
const server = http.createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 5 });
  response.end('hello');
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  console.log(`port=${server.address().port}`);
});
process.stdin.on('end', () => process.exit(0)).resume();
