package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"github.com/baton-chat/baton/internal/egress"
)

// The codes name why an address could not be fetched. They are stored and
// shown, so they never change their meaning; docs/documents.md lists them.
const (
	CodeAddress     = "fetch_address"
	CodeOff         = "fetch_off"
	CodePrivate     = "fetch_private"
	CodeRobots      = "fetch_robots"
	CodeSignIn      = "fetch_sign_in"
	CodeMissing     = "fetch_missing"
	CodeRefused     = "fetch_refused"
	CodeBusy        = "fetch_busy"
	CodeServer      = "fetch_server"
	CodeTimeout     = "fetch_timeout"
	CodeNoHost      = "fetch_no_host"
	CodeUnreachable = "fetch_unreachable"
	CodeTLS         = "fetch_tls"
	CodeRedirects   = "fetch_redirects"
)

// An Error says why an address could not be fetched. Temporary means that
// trying again in a while may do.
type Error struct {
	Code, Cause, Fix string
	Temporary        bool
	err              error
}

// Error is for the log; Cause and Fix are for people.
func (e *Error) Error() string {
	if e.err != nil {
		return e.Cause + " (" + e.err.Error() + ")"
	}
	return e.Cause
}

func (e *Error) Unwrap() error { return e.err }

func fault(code, cause, fix string) *Error {
	return &Error{Code: code, Cause: cause, Fix: fix}
}

func (e *Error) because(err error) *Error {
	e.err = err
	return e
}

func (e *Error) passing() *Error {
	e.Temporary = true
	return e
}

func errAddress() *Error {
	return fault(CodeAddress, "This is not the address of a web page.", "Write it as a browser shows it, beginning with https:// or http://.")
}

// Off is for a server that is not allowed to fetch anything.
func Off() *Error {
	return fault(CodeOff, "This server does not fetch addresses.", "Save the page, and upload the file.")
}

func errPrivate(host string) *Error {
	return fault(CodePrivate, host+" is inside a private network, which this server does not reach into.", "Use the page's public address, or save the page and upload the file; an operator can allow a host with BATON_FETCH_HOSTS.")
}

func errRobots(host string) *Error {
	return fault(CodeRobots, host+" asks programs not to read this page (robots.txt).", "Allow the user agent “Baton” in that file if the site is yours, or save the page and upload the file.")
}

func errRobotsSilent(host string) *Error {
	return fault(CodeRobots, "Whether "+host+" allows programs to read this page could not be found out, because its robots.txt gives an error.", "Try again later, or save the page and upload the file.").passing()
}

// ofStatus is the cause behind an answer that is no page.
func ofStatus(status int, host string) *Error {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusProxyAuthRequired || status == http.StatusPaymentRequired:
		return fault(CodeSignIn, fmt.Sprintf("The page is not public: %s answered %d.", host, status), "Make the page public, or save it and upload the file.")
	case status == http.StatusNotFound || status == http.StatusGone:
		return fault(CodeMissing, fmt.Sprintf("There is no page at this address: %s answered %d.", host, status), "Check the address, or delete this document if the page is gone for good.")
	case status == http.StatusTooManyRequests:
		return fault(CodeBusy, fmt.Sprintf("%s asked for a pause: it answered %d.", host, status), "Wait some minutes, then try again.").passing()
	case status >= http.StatusInternalServerError:
		return fault(CodeServer, fmt.Sprintf("%s has a fault of its own: it answered %d.", host, status), "Try again when the site works in a browser.").passing()
	}
	return fault(CodeRefused, fmt.Sprintf("%s refused the request: it answered %d.", host, status), "Save the page, and upload the file.")
}

// ofTransport is the cause behind a request that got no answer.
func ofTransport(err error, host string) *Error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, egress.ErrRefused):
		return errPrivate(host).because(err)
	case errors.Is(err, egress.ErrRedirects):
		return fault(CodeRedirects, "The page leads from one address to the next without end.", "Open it in a browser, and use the address it ends at.").because(err)
	case isTLS(err):
		return fault(CodeTLS, "The certificate of "+host+" is not valid, so nobody can tell who answers.", "Renew the certificate, or use the address of a site with a valid one.").because(err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fault(CodeNoHost, "There is no site named "+host+".", "Check the address for a typing error.").because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fault(CodeTimeout, host+" took too long to answer.", "Try again when the site works in a browser.").passing().because(err)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fault(CodeUnreachable, host+" cannot be reached: nobody answers there.", "Check the address, and that this server may reach the internet.").passing().because(err)
	}
	return fault(CodeUnreachable, "The connection to "+host+" broke off.", "Try again when the site works in a browser.").passing().because(err)
}

func isTLS(err error) bool {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &authority) || errors.As(err, &invalid) || errors.As(err, &name) || errors.As(err, &verification) || errors.As(err, &record)
}
