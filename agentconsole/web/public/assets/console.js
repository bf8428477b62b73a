// The page asks for this one file as console.js?v=…. Everything else is asked for without a version, because the chunks import each other by
// plain names, and one module under two addresses would be loaded, and run, twice.
import './main.js'
