// What may stand between a visitor and the server: a proxy that passes everything on, refuses the upgrade to a socket, accepts it and lets nothing through, or goes deaf while it holds the
// lines open. It works on bytes, so that what a browser sees is what it would see of a real one.
import net from 'node:net'

const end = '\r\n\r\n'

export class Line {
  /** For new sockets: 'passes', 'blocks' or 'eats'. */
  sockets = 'passes'
  /** What a visitor says over a socket is held back, or what the server answers. */
  deafUp = false
  deafDown = false
  upgrades = 0
  /** Frames that came from the visitor after the socket was open, in bytes. */
  heard = 0
  calls = 0
  #open = new Set()

  async listen(server) {
    const { hostname, port } = new URL(server)
    this.#server = net.createServer((from) => this.#accept(from, () => net.connect(Number(port), hostname)))
    await new Promise((done) => this.#server.listen(0, '127.0.0.1', done))
    this.origin = `http://127.0.0.1:${this.#server.address().port}`
    return this
  }

  #server

  close() {
    for (const s of this.#open) s.destroy()
    this.#server.close()
  }

  #accept(from, dial) {
    let head = Buffer.alloc(0)
    const read = (data) => {
      head = Buffer.concat([head, data])
      if (!head.includes(end)) return
      from.off('data', read)
      const upgrade = /^upgrade: websocket/im.test(head.toString('latin1'))
      if (upgrade) this.upgrades++
      if (upgrade && this.sockets === 'blocks') return from.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      this.#join(from, dial(), head, upgrade)
    }
    from.on('data', read)
    from.on('error', () => {})
    this.#open.add(from)
    from.on('close', () => this.#open.delete(from))
  }

  #join(from, to, head, upgrade) {
    const eats = upgrade && this.sockets === 'eats'
    const count = (data) => (this.calls += data.toString('latin1').split('POST /api/visitor/poll').length - 1)
    this.#open.add(to)
    to.on('error', () => from.destroy())
    to.on('close', () => (this.#open.delete(to), from.end()))
    from.on('close', () => to.destroy())
    to.write(head)
    count(head)
    from.on('data', (data) => {
      if (!upgrade) count(data)
      else this.heard += data.length
      if (!upgrade || !(eats || this.deafUp)) to.write(data)
    })
    let greeted = false
    to.on('data', (data) => {
      if (!upgrade || !greeted || !(eats || this.deafDown)) from.write(data)
      // The answer to the upgrade always comes through: whoever eats frames says yes first.
      greeted ||= data.includes(end)
    })
  }
}
