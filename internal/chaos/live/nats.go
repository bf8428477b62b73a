package live

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// natsServers is how many servers hold the cluster: three, as in production.
const natsServers = 3

// BeNATS is one server of the cluster, until it is killed. args are its number, its port, the port for the other servers, and the ports of all others.
func BeNATS(args []string) error {
	ports := make([]int, 0, len(args))
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return fmt.Errorf("nats: %w", err)
		}
		ports = append(ports, n)
	}
	if len(ports) < natsServers {
		return fmt.Errorf("nats: too few arguments")
	}
	options := &server.Options{
		ServerName: "n" + args[0], Host: "127.0.0.1", Port: ports[1], NoSigs: true, NoLog: true,
		// Clients must not learn of addresses past their proxies.
		Cluster: server.ClusterOpts{Name: "baton-chaos", Host: "127.0.0.1", Port: ports[2], NoAdvertise: true},
	}
	for _, port := range ports[3:] {
		options.Routes = append(options.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	s, err := server.NewServer(options)
	if err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	s.Start()
	s.WaitForShutdown()
	return nil
}

// nats is the cluster.
type nats struct {
	self    string
	clients [natsServers]int // ports
	routes  [natsServers]int
	running [natsServers]*process
}

func newNATS(self string) *nats {
	n := &nats{self: self}
	for i := range n.clients {
		n.clients[i], n.routes[i] = freePort(), freePort()
	}
	return n
}

func (n *nats) start(i int) error {
	args := []string{"nats", strconv.Itoa(i), strconv.Itoa(n.clients[i]), strconv.Itoa(n.routes[i])}
	for j, port := range n.routes {
		if j != i {
			args = append(args, strconv.Itoa(port))
		}
	}
	p, err := startProcess(n.self, args, []string{"PATH=" + os.Getenv("PATH")}, nil, nil)
	n.running[i] = p
	return err
}

func (n *nats) startAll() error {
	for i := range n.running {
		if err := n.start(i); err != nil {
			return err
		}
	}
	return nil
}

func (n *nats) kill(i int) {
	if n.running[i] != nil {
		n.running[i].kill()
	}
}

func (n *nats) killAll() {
	for i := range n.running {
		n.kill(i)
	}
}

// urls joins addresses as NATS_URL wants them.
func urls(addresses []string) string { return "nats://" + strings.Join(addresses, ",nats://") }
