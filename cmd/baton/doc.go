// Command baton is the whole product in one program: the server and the commands around it. The program is a value ([run]) that tests start with their own
// environment, so that what is tested is what is shipped.
//
// This package wires: it reads the environment once, opens the database, makes the stores and gives them to each other. Rules of the product live in
// the packages it wires.
package main
