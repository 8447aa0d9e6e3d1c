"""What tests stand on: real databases, real servers, a client and a receiver of pushes."""
